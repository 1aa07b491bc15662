"""Lambda on the stage: real awslambdaric processes behind a Runtime API, in small pools, with their roles' keys."""
