"""Plants that are built, run, stopped and closed, project by project (docs/model.md, section 10)."""
