"""A rule set's content is written once, is frozen once, and a frozen one stays; a deadline change is never edited."""

from django.db import migrations

CONTENT = "OLD.document <> NEW.document OR OLD.digest <> NEW.digest OR OLD.version <> NEW.version"
SQLITE = (
    f"""
    CREATE TRIGGER ruleset_content_stays BEFORE UPDATE ON programmes_rulesetversion
    WHEN OLD.frozen_at IS NOT NULL OR {CONTENT}
    BEGIN SELECT RAISE(ABORT, 'a rule set version is written once and frozen once'); END
    """,
    """
    CREATE TRIGGER frozen_ruleset_stays BEFORE DELETE ON programmes_rulesetversion WHEN OLD.frozen_at IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'a frozen rule set is never deleted'); END
    """,
    """
    CREATE TRIGGER deadline_change_stays BEFORE UPDATE ON programmes_deadlinechange
    BEGIN SELECT RAISE(ABORT, 'a deadline change is never edited'); END
    """,
)
POSTGRESQL = (
    """
    CREATE FUNCTION programmes_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; END $$
    """,
    """
    CREATE TRIGGER ruleset_content_stays BEFORE UPDATE ON programmes_rulesetversion FOR EACH ROW
    WHEN (OLD.frozen_at IS NOT NULL OR OLD.document IS DISTINCT FROM NEW.document
          OR OLD.digest <> NEW.digest OR OLD.version <> NEW.version)
    EXECUTE FUNCTION programmes_refuse('a rule set version is written once and frozen once')
    """,
    """
    CREATE TRIGGER frozen_ruleset_stays BEFORE DELETE ON programmes_rulesetversion FOR EACH ROW
    WHEN (OLD.frozen_at IS NOT NULL) EXECUTE FUNCTION programmes_refuse('a frozen rule set is never deleted')
    """,
    """
    CREATE TRIGGER deadline_change_stays BEFORE UPDATE ON programmes_deadlinechange FOR EACH ROW
    EXECUTE FUNCTION programmes_refuse('a deadline change is never edited')
    """,
)
TABLES = {
    "ruleset_content_stays": "programmes_rulesetversion",
    "frozen_ruleset_stays": "programmes_rulesetversion",
    "deadline_change_stays": "programmes_deadlinechange",
}


def create(apps, schema_editor):
    statements = {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]
    for statement in statements:
        schema_editor.execute(statement, params=None)


def drop(apps, schema_editor):
    on_postgresql = schema_editor.connection.vendor == "postgresql"
    for name, table in TABLES.items():
        schema_editor.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if on_postgresql else ""))
    if on_postgresql:
        schema_editor.execute("DROP FUNCTION programmes_refuse()")


class Migration(migrations.Migration):
    dependencies = [("programmes", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
