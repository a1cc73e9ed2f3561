"""What is posted through QXtend: rows of datasets become records, which the books check and keep."""
