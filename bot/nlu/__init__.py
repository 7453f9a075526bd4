"""Understanding: what a resident's words mean. Only `classifier` and `entities` import Rasa; the rest stands alone."""
