"""Made-up recoveries for the demo and for measuring the rules; never in a request."""
