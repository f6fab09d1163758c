"""What the other systems are held to: run against our local servers, or against real ones by `make contract`."""
