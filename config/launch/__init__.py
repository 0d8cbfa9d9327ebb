"""`make run`: everything SmartSeller needs on one machine, started in order and stopped together.

python -m config.launch, with PORT (8000), DATA_DIR (.data) and SEED (0: no demo stores) from the environment.
"""
