"""Workbooks for the towns: one per town and one for the district, written here and read back here (casework.md section 4)."""
