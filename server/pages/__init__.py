"""Pages: the page table, what each page is given, and how a form becomes an entry. Never writes."""
