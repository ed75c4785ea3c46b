"""The suite mirrors the packages; names of tests are sentences."""
