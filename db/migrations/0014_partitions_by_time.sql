-- Written by hand: drizzle-kit knows no partitions. Rows are copied, not attached, so that the past is partitioned too;
-- indexes are made afterwards. Half a minute a million movements and 12 s a million events were seen on a busy machine, and
-- as much disk again meanwhile.
SET LOCAL maintenance_work_mem = '256MB';
--> statement-breakpoint
ALTER TABLE "movements" RENAME TO "movements_whole";
--> statement-breakpoint
ALTER SEQUENCE "movements_id_seq" RENAME TO "movements_whole_id_seq";
--> statement-breakpoint
ALTER TABLE "events" RENAME TO "events_whole";
--> statement-breakpoint
ALTER SEQUENCE "events_id_seq" RENAME TO "events_whole_id_seq";
--> statement-breakpoint
CREATE TABLE "movements" (
	"id" bigint GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME "movements_id_seq") NOT NULL,
	"item_id" integer NOT NULL,
	"location_id" integer NOT NULL,
	"type" text NOT NULL,
	"quantity" integer NOT NULL,
	"on_hand_delta" integer,
	"reserved_delta" integer DEFAULT 0 NOT NULL,
	"source" text NOT NULL,
	"source_rank" integer DEFAULT 0 NOT NULL,
	"event_id" text NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"recorded_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"reference" text,
	"reason" text,
	"reservation_id" text COLLATE "C",
	CONSTRAINT "movements_type_known" CHECK ("type" IN ('sale', 'return', 'receipt', 'loss', 'found', 'damage', 'adjustment', 'count', 'transfer_out', 'transfer_in')),
	CONSTRAINT "movements_count_states_a_value" CHECK (("type" = 'count') = ("on_hand_delta" IS NULL)),
	CONSTRAINT "movements_reserved_delta_sign" CHECK ("reserved_delta" <= 0 OR ("type" = 'found' AND "reserved_delta" <= "quantity"))
) PARTITION BY RANGE ("occurred_at");
--> statement-breakpoint
-- What occurred before the first quarter, or after the last one that was made ahead: no fact is refused for want of one.
CREATE TABLE "movements_default" PARTITION OF "movements" DEFAULT;
--> statement-breakpoint
-- Makes the quarters from one instant to another that are not there yet; returns how many. Attached, not made in place:
-- that would lock out every write. The default one is locked, and gives up the rows that belong to the new quarter.
CREATE FUNCTION "movements_cover"(from_at timestamptz, to_at timestamptz) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  starts timestamp := date_trunc('quarter', from_at AT TIME ZONE 'UTC');
  made integer := 0;
BEGIN
  WHILE starts <= to_at AT TIME ZONE 'UTC' LOOP
    DECLARE
      name text := to_char(starts, '"movements_"YYYY"_q"Q');
      lower timestamptz := starts AT TIME ZONE 'UTC';
      upper timestamptz := (starts + interval '3 months') AT TIME ZONE 'UTC';
    BEGIN
      IF to_regclass(name) IS NULL THEN
        EXECUTE format('CREATE TABLE %I (LIKE movements INCLUDING ALL EXCLUDING IDENTITY)', name);
        -- Before the look: a fact that is on its way there would be overlooked, and keep the quarter from being attached.
        LOCK TABLE movements_default IN ACCESS EXCLUSIVE MODE;
        EXECUTE format(
          'WITH moved AS (DELETE FROM movements_default WHERE occurred_at >= %L AND occurred_at < %L RETURNING *)
           INSERT INTO %I SELECT * FROM moved', lower, upper, name);
        EXECUTE format('ALTER TABLE movements ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, lower, upper);
        made := made + 1;
      END IF;
      starts := starts + interval '3 months';
    END;
  END LOOP;
  RETURN made;
END
$$;
--> statement-breakpoint
CREATE TABLE "movement_facts" (
	"source" text COLLATE "C" NOT NULL,
	"event_id" text COLLATE "C" NOT NULL,
	"item_id" integer NOT NULL,
	"location_id" integer NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "events" (
	"id" bigint GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME "events_id_seq") NOT NULL,
	"xid" "xid8" DEFAULT pg_current_xact_id() NOT NULL,
	"type" text NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"location" text COLLATE "C",
	"subject" text NOT NULL,
	"version" integer NOT NULL,
	"data" json NOT NULL
) PARTITION BY RANGE ("id");
--> statement-breakpoint
-- Makes the partition for the ids of a span (ten thousand million of them), or for all up to its end; returns whether it
-- was not there yet. Attached, not made in place: that would lock out every write.
CREATE FUNCTION "events_make_span"(span bigint, and_all_before boolean DEFAULT false) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  width CONSTANT bigint := 10000000000;
  name text := format('events_%s', span);
BEGIN
  IF to_regclass(name) IS NOT NULL THEN
    RETURN false;
  END IF;
  EXECUTE format('CREATE TABLE %I (LIKE events INCLUDING ALL EXCLUDING IDENTITY)', name);
  EXECUTE format('ALTER TABLE events ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', name,
    CASE WHEN and_all_before THEN 'MINVALUE' ELSE (span * width)::text END, (span + 1) * width);
  RETURN true;
END
$$;
--> statement-breakpoint
-- The past of an installation that moves here: five years of quarters, what is older by default.
SELECT movements_cover(
  greatest(least((SELECT min(occurred_at) FROM movements_whole), now() - interval '6 months'), now() - interval '5 years'),
  now() + interval '3 months'
);
--> statement-breakpoint
INSERT INTO "movements" (id, item_id, location_id, type, quantity, on_hand_delta, reserved_delta, source, source_rank, event_id, occurred_at, recorded_at, reference, reason, reservation_id)
OVERRIDING SYSTEM VALUE
SELECT id, item_id, location_id, type, quantity, on_hand_delta, reserved_delta, source, source_rank, event_id, occurred_at, recorded_at, reference, reason, reservation_id
FROM "movements_whole";
--> statement-breakpoint
SELECT setval('movements_id_seq', last_value, is_called) FROM "movements_whole_id_seq";
--> statement-breakpoint
DROP TABLE "movements_whole";
--> statement-breakpoint
INSERT INTO "movement_facts" SELECT source, event_id, item_id, location_id, occurred_at FROM "movements";
--> statement-breakpoint
ALTER TABLE "movement_facts" ADD CONSTRAINT "movements_source_event_key" PRIMARY KEY("source","event_id");
--> statement-breakpoint
ALTER TABLE "movements" ADD CONSTRAINT "movements_pkey" PRIMARY KEY("id","occurred_at");
--> statement-breakpoint
CREATE INDEX "movements_level_idx" ON "movements" USING btree ("item_id","location_id","occurred_at");
--> statement-breakpoint
CREATE INDEX "movements_location_idx" ON "movements" USING btree ("location_id","id");
--> statement-breakpoint
CREATE INDEX "movements_reservation_idx" ON "movements" USING btree ("reservation_id") WHERE "reservation_id" IS NOT NULL;
--> statement-breakpoint
CREATE TRIGGER "movements_immutable" BEFORE UPDATE OR DELETE ON "movements"
  FOR EACH STATEMENT EXECUTE FUNCTION "movements_refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "movements_not_truncated" BEFORE TRUNCATE ON "movements"
  FOR EACH STATEMENT EXECUTE FUNCTION "movements_refuse_change"();
--> statement-breakpoint
-- The guard against a fact told twice spans all partitions, and whoever appends cannot get past it.
CREATE FUNCTION "movements_note_facts"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO movement_facts (source, event_id, item_id, location_id, occurred_at)
  SELECT source, event_id, item_id, location_id, occurred_at FROM told;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER "movements_noted" AFTER INSERT ON "movements" REFERENCING NEW TABLE AS told
  FOR EACH STATEMENT EXECUTE FUNCTION "movements_note_facts"();
--> statement-breakpoint
SELECT events_make_span(span, true), events_make_span(span + 1)
FROM (SELECT last_value / 10000000000 AS span FROM "events_whole_id_seq") AS here;
--> statement-breakpoint
INSERT INTO "events" (id, xid, type, occurred_at, location, subject, version, data)
OVERRIDING SYSTEM VALUE
SELECT id, xid, type, occurred_at, location, subject, version, data FROM "events_whole";
--> statement-breakpoint
SELECT setval('events_id_seq', last_value, is_called) FROM "events_whole_id_seq";
--> statement-breakpoint
DROP TABLE "events_whole";
--> statement-breakpoint
ALTER TABLE "events" ADD CONSTRAINT "events_pkey" PRIMARY KEY("id");
--> statement-breakpoint
CREATE INDEX "events_xid_idx" ON "events" USING btree ("xid","id");
--> statement-breakpoint
-- Nobody analyzes a partitioned table as a whole by itself.
ANALYZE "movements", "movement_facts", "events";
