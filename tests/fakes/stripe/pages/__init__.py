"""What people click: checkout, the portal, invoices, the bank and the dials."""
