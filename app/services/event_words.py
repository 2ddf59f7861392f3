"""What a data set tells of an event, in words: its name, its story, its particle."""

from __future__ import annotations

from reco_core.icecube.event import Event
from reco_core.units import energy_text

# Lengths at which texts of the truth file are cut: what the title and the line under it hold.
MAX_NAME_CHARACTERS = 100
MAX_STORY_CHARACTERS = 400
MAX_CLASS_CHARACTERS = 40

TOPOLOGY_WORDS = {
    "through_going": "through-going",
    "starting": "starting",
    "stopping": "stopping",
    "contained": "contained",
}
LEPTONS = {
    12: "electron neutrino",
    13: "muon",
    14: "muon neutrino",
    16: "tau neutrino",
}  # Particle Data Group


def title_of(event: Event) -> tuple[str, str | None]:
    """The event's own name, else its number; and the sentence told of it, if any."""
    name = one_line(event.truth.name or "", MAX_NAME_CHARACTERS)
    story = one_line(event.truth.sentence or "", MAX_STORY_CHARACTERS)
    return name or f"Event {event.event_id}", story or None


def one_line(text: str, most: int) -> str:
    """A text of a file as it can be shown: without line breaks and control characters, cut."""
    spaced = " ".join(text.split())
    printable = "".join(letter for letter in spaced if letter.isprintable())
    return printable if len(printable) <= most else f"{printable[: most - 1].rstrip()}…"


def facts_of(event: Event) -> tuple[str, ...]:
    """What the truth file says beside the direction, in words with units."""
    truth = event.truth
    facts = []
    if truth.event_class:
        facts.append(one_line(kind_text(truth.event_class, truth.topology), MAX_CLASS_CHARACTERS))
    primary = particle_text(truth.primary_pdg)
    energy = None if truth.energy_gev is None else energy_text(truth.energy_gev)
    if primary or energy:
        facts.append(" of ".join(text for text in (primary, energy) if text))
    if truth.mjd is not None:
        facts.append(f"MJD {truth.mjd:.4f}")
    return tuple(facts)


def kind_text(event_class: str, topology: str | None) -> str:
    """Class and topology in words: 'through-going muon', 'double bang'."""
    if topology == "double_bang":
        return "double bang"
    if topology in TOPOLOGY_WORDS and topology != event_class:
        return f"{TOPOLOGY_WORDS[topology]} {event_class.replace('_', ' ')}"
    return event_class.replace("_", " ")


def particle_text(pdg: int | None) -> str | None:
    """'muon antineutrino' for -14; None for what is no lepton."""
    lepton = LEPTONS.get(abs(pdg or 0))
    if lepton is None:
        return None
    return lepton.replace("neutrino", "antineutrino") if (pdg or 0) < 0 else lepton
