"""All tables."""

import sqlalchemy as sa
from alembic import op

from engine.store import tables

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('deployment',
    sa.Column('key', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), sa.Identity(always=False), nullable=False),
    sa.Column('at', tables.Instant(timezone=True), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_deployment'))
    )
    op.create_table('einstellung',
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_einstellung'))
    )
    op.create_table('fall',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), sa.Identity(always=False), nullable=False),
    sa.Column('fall_nr', sa.String(length=20), nullable=False),
    sa.Column('bezeichnung', sa.String(), nullable=False),
    sa.Column('phase', sa.String(length=40), nullable=False),
    sa.Column('eroeffnet_am', sa.Date(), nullable=False),
    sa.Column('abgeschlossen_am', sa.Date(), nullable=True),
    sa.Column('region', sa.String(length=16), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fall')),
    sa.UniqueConstraint('fall_nr', name=op.f('uq_fall_fall_nr'))
    )
    with op.batch_alter_table('fall', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_fall_region'), ['region'], unique=False)

    op.create_table('konto',
    sa.Column('login', sa.String(length=80), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('password_hash', sa.String(), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('failed_logins', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('locked_until', tables.Instant(timezone=True), nullable=True),
    sa.Column('session_epoch', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('created_at', tables.Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('login', name=op.f('pk_konto'))
    )
    op.create_table('meldung',
    sa.Column('message_id', sa.String(length=200), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('fall_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('at', tables.Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('message_id', name=op.f('pk_meldung'))
    )
    op.create_table('region',
    sa.Column('kuerzel', sa.String(length=16), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('sitz', sa.String(), nullable=False),
    sa.Column('rechtsform', sa.String(), nullable=False),
    sa.Column('pilot', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('kuerzel', name=op.f('pk_region'))
    )
    op.create_table('release',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), sa.Identity(always=False), nullable=False),
    sa.Column('at', tables.Instant(timezone=True), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_release'))
    )
    op.create_table('zugriff',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), sa.Identity(always=False), nullable=False),
    sa.Column('at', tables.Instant(timezone=True), nullable=False),
    sa.Column('konto', sa.String(length=80), nullable=False),
    sa.Column('art', sa.String(length=20), nullable=False),
    sa.Column('was', sa.String(length=120), nullable=False),
    sa.Column('fall_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('region', sa.String(length=16), nullable=True),
    sa.Column('request_id', sa.String(length=40), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_zugriff'))
    )
    with op.batch_alter_table('zugriff', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_zugriff_fall_id'), ['fall_id'], unique=False)

    op.create_table('definition_version',
    sa.Column('key', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), sa.Identity(always=False), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('id', sa.String(length=120), nullable=False),
    sa.Column('version', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('version_tag', sa.String(), nullable=True),
    sa.Column('resource_name', sa.String(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('deployment_key', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['deployment_key'], ['deployment.key'], name=op.f('fk_definition_version_deployment_key_deployment')),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_definition_version')),
    sa.UniqueConstraint('kind', 'id', 'version', name=op.f('uq_definition_version_kind_id_version'))
    )
    op.create_table('dossier',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), sa.Identity(always=False), nullable=False),
    sa.Column('fall_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('gemeinde_bfs', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('von', sa.Date(), nullable=False),
    sa.Column('bis', sa.Date(), nullable=True),
    sa.Column('region', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['fall_id'], ['fall.id'], name=op.f('fk_dossier_fall_id_fall')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dossier'))
    )
    with op.batch_alter_table('dossier', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_dossier_fall_id'), ['fall_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_dossier_region'), ['region'], unique=False)

    op.create_table('gemeinde',
    sa.Column('bfs_nr', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('region', sa.String(length=16), nullable=False),
    sa.Column('aufgegangen_in_bfs', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('gueltig_bis', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['region'], ['region.kuerzel'], name=op.f('fk_gemeinde_region_region')),
    sa.PrimaryKeyConstraint('bfs_nr', name=op.f('pk_gemeinde'))
    )
    op.create_table('hinweis',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), sa.Identity(always=False), nullable=False),
    sa.Column('fall_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', tables.Instant(timezone=True), nullable=False),
    sa.Column('an_rolle', sa.String(length=40), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('erledigt_am', tables.Instant(timezone=True), nullable=True),
    sa.Column('erledigt_von', sa.String(), nullable=True),
    sa.Column('region', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['fall_id'], ['fall.id'], name=op.f('fk_hinweis_fall_id_fall')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hinweis'))
    )
    with op.batch_alter_table('hinweis', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_hinweis_fall_id'), ['fall_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_hinweis_region'), ['region'], unique=False)

    op.create_table('instanz',
    sa.Column('nummer', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), sa.Identity(always=False), nullable=False),
    sa.Column('fall_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('release_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('process', sa.String(length=120), nullable=False),
    sa.Column('version', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('zustand', sa.String(length=12), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('has_incident', sa.Boolean(), nullable=False),
    sa.Column('started_at', tables.Instant(timezone=True), nullable=False),
    sa.Column('ended_at', tables.Instant(timezone=True), nullable=True),
    sa.Column('revision', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('region', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['fall_id'], ['fall.id'], name=op.f('fk_instanz_fall_id_fall')),
    sa.ForeignKeyConstraint(['release_id'], ['release.id'], name=op.f('fk_instanz_release_id_release')),
    sa.PrimaryKeyConstraint('nummer', name=op.f('pk_instanz'))
    )
    with op.batch_alter_table('instanz', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_instanz_fall_id'), ['fall_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_instanz_region'), ['region'], unique=False)

    op.create_table('konto_rolle',
    sa.Column('login', sa.String(length=80), nullable=False),
    sa.Column('region', sa.String(length=16), nullable=False),
    sa.Column('rolle', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['login'], ['konto.login'], name=op.f('fk_konto_rolle_login_konto')),
    sa.PrimaryKeyConstraint('login', 'region', 'rolle', name=op.f('pk_konto_rolle'))
    )
    op.create_table('person',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), sa.Identity(always=False), nullable=False),
    sa.Column('fall_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('vorname', sa.String(), nullable=False),
    sa.Column('geburtsdatum', sa.Date(), nullable=True),
    sa.Column('rolle_ue', sa.String(), nullable=False),
    sa.Column('ahvn13', sa.String(), nullable=True),
    sa.Column('von', sa.Date(), nullable=False),
    sa.Column('bis', sa.Date(), nullable=True),
    sa.Column('region', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['fall_id'], ['fall.id'], name=op.f('fk_person_fall_id_fall')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person')),
    sa.UniqueConstraint('fall_id', 'person_id', name=op.f('uq_person_fall_id_person_id'))
    )
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_person_fall_id'), ['fall_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_person_region'), ['region'], unique=False)

    op.create_table('segmentzuordnung',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), sa.Identity(always=False), nullable=False),
    sa.Column('fall_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.String(length=20), nullable=False),
    sa.Column('segment', sa.String(length=20), nullable=False),
    sa.Column('vorschlag', sa.String(length=20), nullable=False),
    sa.Column('regel', sa.String(length=20), nullable=False),
    sa.Column('begruendung', sa.Text(), nullable=False),
    sa.Column('entschieden_von', sa.String(), nullable=False),
    sa.Column('von', sa.Date(), nullable=False),
    sa.Column('bis', sa.Date(), nullable=True),
    sa.Column('region', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['fall_id'], ['fall.id'], name=op.f('fk_segmentzuordnung_fall_id_fall')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_segmentzuordnung'))
    )
    with op.batch_alter_table('segmentzuordnung', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_segmentzuordnung_fall_id'), ['fall_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_segmentzuordnung_region'), ['region'], unique=False)

    op.create_table('verlauf',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), sa.Identity(always=False), nullable=False),
    sa.Column('fall_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('instanz_nummer', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('at', tables.Instant(timezone=True), nullable=False),
    sa.Column('by', sa.String(length=80), nullable=False),
    sa.Column('command', sa.String(length=30), nullable=False),
    sa.Column('element', sa.String(length=120), nullable=True),
    sa.Column('element_key', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('person_name', sa.String(), nullable=True),
    sa.Column('values', sa.JSON(), nullable=True),
    sa.Column('events', sa.JSON(), nullable=False),
    sa.Column('changes', sa.JSON(), nullable=False),
    sa.Column('region', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['fall_id'], ['fall.id'], name=op.f('fk_verlauf_fall_id_fall')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_verlauf'))
    )
    with op.batch_alter_table('verlauf', schema=None) as batch_op:
        batch_op.create_index('ix_verlauf_fall', ['fall_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_verlauf_region'), ['region'], unique=False)

    op.create_table('aufgabe',
    sa.Column('fall_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('fall_nr', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('process_version', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.String(length=20), nullable=True),
    sa.Column('person_name', sa.String(), nullable=True),
    sa.Column('form_id', sa.String(length=120), nullable=True),
    sa.Column('assignee', sa.String(length=80), nullable=True),
    sa.Column('candidate_groups', sa.JSON(), nullable=False),
    sa.Column('candidate_users', sa.JSON(), nullable=False),
    sa.Column('priority', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('faellig_am', tables.Instant(timezone=True), nullable=True),
    sa.Column('wiedervorlage_am', tables.Instant(timezone=True), nullable=True),
    sa.Column('zustand', sa.String(length=12), nullable=False),
    sa.Column('completed_at', tables.Instant(timezone=True), nullable=True),
    sa.Column('completed_by', sa.String(), nullable=True),
    sa.Column('key', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('instanz_nummer', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('process', sa.String(length=120), nullable=False),
    sa.Column('element', sa.String(length=120), nullable=False),
    sa.Column('created_at', tables.Instant(timezone=True), nullable=False),
    sa.Column('region', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['fall_id'], ['fall.id'], name=op.f('fk_aufgabe_fall_id_fall')),
    sa.ForeignKeyConstraint(['instanz_nummer'], ['instanz.nummer'], name=op.f('fk_aufgabe_instanz_nummer_instanz')),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_aufgabe'))
    )
    with op.batch_alter_table('aufgabe', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_aufgabe_assignee'), ['assignee'], unique=False)
        batch_op.create_index(batch_op.f('ix_aufgabe_fall_id'), ['fall_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_aufgabe_instanz_nummer'), ['instanz_nummer'], unique=False)
        batch_op.create_index('ix_aufgabe_open', ['region', 'zustand', 'faellig_am'], unique=False)
        batch_op.create_index(batch_op.f('ix_aufgabe_region'), ['region'], unique=False)

    op.create_table('incident',
    sa.Column('key', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('instanz_nummer', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('process', sa.String(length=120), nullable=False),
    sa.Column('element', sa.String(length=120), nullable=False),
    sa.Column('kind', sa.String(length=60), nullable=False),
    sa.Column('message', sa.Text(), nullable=False),
    sa.Column('created_at', tables.Instant(timezone=True), nullable=False),
    sa.Column('region', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['instanz_nummer'], ['instanz.nummer'], name=op.f('fk_incident_instanz_nummer_instanz')),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_incident'))
    )
    with op.batch_alter_table('incident', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_incident_instanz_nummer'), ['instanz_nummer'], unique=False)
        batch_op.create_index(batch_op.f('ix_incident_region'), ['region'], unique=False)

    op.create_table('job',
    sa.Column('type', sa.String(length=120), nullable=False),
    sa.Column('retries', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('headers', sa.JSON(), nullable=False),
    sa.Column('next_attempt_at', tables.Instant(timezone=True), nullable=False),
    sa.Column('worker', sa.String(), nullable=True),
    sa.Column('locked_until', tables.Instant(timezone=True), nullable=True),
    sa.Column('key', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('instanz_nummer', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('process', sa.String(length=120), nullable=False),
    sa.Column('element', sa.String(length=120), nullable=False),
    sa.Column('created_at', tables.Instant(timezone=True), nullable=False),
    sa.Column('region', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['instanz_nummer'], ['instanz.nummer'], name=op.f('fk_job_instanz_nummer_instanz')),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_job'))
    )
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.create_index('ix_job_due', ['next_attempt_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_job_instanz_nummer'), ['instanz_nummer'], unique=False)
        batch_op.create_index(batch_op.f('ix_job_region'), ['region'], unique=False)
        batch_op.create_index(batch_op.f('ix_job_type'), ['type'], unique=False)

    op.create_table('release_item',
    sa.Column('release_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('definition_key', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['definition_key'], ['definition_version.key'], name=op.f('fk_release_item_definition_key_definition_version')),
    sa.ForeignKeyConstraint(['release_id'], ['release.id'], name=op.f('fk_release_item_release_id_release')),
    sa.PrimaryKeyConstraint('release_id', 'definition_key', name=op.f('pk_release_item'))
    )
    op.create_table('subscription',
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('correlation', sa.String(length=200), nullable=True),
    sa.Column('key', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('instanz_nummer', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('process', sa.String(length=120), nullable=False),
    sa.Column('element', sa.String(length=120), nullable=False),
    sa.Column('created_at', tables.Instant(timezone=True), nullable=False),
    sa.Column('region', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['instanz_nummer'], ['instanz.nummer'], name=op.f('fk_subscription_instanz_nummer_instanz')),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_subscription'))
    )
    with op.batch_alter_table('subscription', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_subscription_instanz_nummer'), ['instanz_nummer'], unique=False)
        batch_op.create_index('ix_subscription_lookup', ['kind', 'name', 'correlation'], unique=False)
        batch_op.create_index(batch_op.f('ix_subscription_region'), ['region'], unique=False)

    op.create_table('timer',
    sa.Column('due_at', tables.Instant(timezone=True), nullable=False),
    sa.Column('started_at', tables.Instant(timezone=True), nullable=False),
    sa.Column('next_attempt_at', tables.Instant(timezone=True), nullable=False),
    sa.Column('attempts', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('value', sa.String(), nullable=False),
    sa.Column('fired', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('instanz_nummer', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('process', sa.String(length=120), nullable=False),
    sa.Column('element', sa.String(length=120), nullable=False),
    sa.Column('created_at', tables.Instant(timezone=True), nullable=False),
    sa.Column('region', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['instanz_nummer'], ['instanz.nummer'], name=op.f('fk_timer_instanz_nummer_instanz')),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_timer'))
    )
    with op.batch_alter_table('timer', schema=None) as batch_op:
        batch_op.create_index('ix_timer_due', ['next_attempt_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_timer_instanz_nummer'), ['instanz_nummer'], unique=False)
        batch_op.create_index(batch_op.f('ix_timer_region'), ['region'], unique=False)

    op.create_table('entwurf',
    sa.Column('aufgabe_key', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('login', sa.String(length=80), nullable=False),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.Column('revision', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('saved_at', tables.Instant(timezone=True), nullable=False),
    sa.Column('region', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['aufgabe_key'], ['aufgabe.key'], name=op.f('fk_entwurf_aufgabe_key_aufgabe')),
    sa.PrimaryKeyConstraint('aufgabe_key', 'login', name=op.f('pk_entwurf'))
    )
    with op.batch_alter_table('entwurf', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_entwurf_region'), ['region'], unique=False)

