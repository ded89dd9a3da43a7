"""Drawing plans: plain data that screen and paper paint alike."""
