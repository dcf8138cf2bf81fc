"""Where personal data may be: each column of text or bytes of the store is one or the other. A new one must be said here."""

PERSONAL = {
    "access_log": {"subject", "why"},
    "callbacks": {"number", "facts", "matricule"},
    "calls": {"caller", "matricule", "record"},
    "factor_failures": {"number", "subject"},
    "former_people": {"matricule", "last_name", "first_name", "birth", "phones", "words"},
    "holds": {"why", "released_why"},
    "journal": {"entry"},
    "people": {"matricule", "last_name", "first_name", "birth", "words"},
    "person_phones": {"number", "matricule"},
    "person_words": {"word", "matricule"},
    "request_files": {"name"},
    "request_history": {"why"},
    "request_words": {"words"},
    "requester_phones": {"number"},
    "requesters": {"matricule", "name", "birth", "exam_number"},
    "requests": {"matricule", "name", "phone", "note", "voice_note", "answer", "waits_for"},
    "staged_people": {"matricule", "last_name", "first_name", "birth", "phones", "words"},
    "work_items": {"number", "matricule", "note"},
}
"""What tells of a requester or a caller: planted by the canary test, and gone after a purge."""

PLAIN = {
    "_cruc_steps": {"name"},
    "_cruc_writers": {"writer", "group_kept"},
    "_sqlite_migrations": {"migration_set", "name", "applied_at"},
    "access_log": {"who", "role", "act"},
    "agents": {"id", "name", "extension", "secret", "queues", "skills", "wish", "reason", "ranks"},
    "callbacks": {"queue", "reason", "call", "state", "closed_by", "request", "outcome"},
    "calls": {"id", "dialed", "flow", "outcome", "cause", "queue", "agent", "request"},
    "counters": {"name"},
    "flows": {"version", "source"},
    "former_people": {"direction", "fields"},
    "holds": {"request", "who", "released_by"},
    "imports": {"who", "file", "sha256", "undone_by"},
    "journal": {"call", "type"},
    "moments": {"queue", "prompt", "sound", "who"},
    "outbox": {"kind", "request", "payload"},
    "people": {"direction"},
    "purges": {"who", "report"},
    "request_files": {"request", "who", "kind", "call"},
    "request_history": {"request", "who", "status_from", "status_to", "what", "call"},
    "requesters": {"standing", "direction", "pseudonym"},
    "requests": {
        "reference", "code", "call", "key", "category", "status", "due_at", "channel", "parent", "direction", "assignee",
        "motif", "warn_at", "late_at",
    },
    "spent": {"agent", "state", "reason"},
    "staged_people": {"token", "direction", "fields"},
    "stays": {"call", "queue", "end", "why", "agent"},
    "work_items": {"kind", "queue", "call", "last_call", "state", "outcome", "closed_by", "request"},
    "works": {"offer", "kind", "agent", "queue", "call", "end"},
}
"""Codes, references, days, and the staff by their logins, who are told of it and are no requesters."""

SHADOWS = ("request_words_",)
"""Tables that FTS5 keeps for itself: seen by their bytes."""


def unknown(found):
    """The (table, column) pairs that nobody has classified."""
    said = {(table, column) for part in (PERSONAL, PLAIN) for table, columns in part.items() for column in columns}
    return {(table, column) for table, column in found if (table, column) not in said and not table.startswith(SHADOWS)}
