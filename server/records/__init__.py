"""Facts for reports and BI tools: plain SQL tables beside the documents, rebuilt by replay."""
