"""A store moves to another deployment's database: asked for here, done step by step, received there."""
