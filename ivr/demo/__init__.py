"""Real telephones for the demonstration and the tests."""
