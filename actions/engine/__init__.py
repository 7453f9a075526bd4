"""The conversation engine: one loop for every journey, and all repair in one place.

    turn.py      what the resident sent, as Rasa understood it
    desk.py      what is kept from turn to turn: the stack of journeys, and what may be remembered
    readers.py   how an answer is read out of words, entities, a choice, a photo or a place
    options.py   what is offered as an answer
    likeness.py  how like what was typed is to what was offered
    talk.py      what a journey uses: ask, check, look up, act, tell
    runner.py    running journeys: to their open question, on with an answer, back to the one that waits
    loop.py      the loop: an answer, a correction, a digression, a switch, or not understood
    wishes.py    several wishes in one message: which goes first, and that none is lost
    repair.py    stop, why, say it again, I don't know, change an answer, two failures
    small_talk.py  greetings, thanks, insults, a person
    search.py    answers from approved content, and the search of it
    index.py     an index of texts by their words

A journey is a function that reads from top to bottom. It is run again on each turn with the answers so far:
`talk.ask` returns the answer that is known, or stops the function there and puts the question to the resident. So a
journey holds no state, an answer that is changed simply runs it again, and nothing is ever asked twice.
"""
