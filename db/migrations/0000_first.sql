CREATE TABLE "api_keys" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"scopes" text[] NOT NULL,
	"locations" text[] DEFAULT '{}' NOT NULL,
	"origins" text[] DEFAULT '{}' NOT NULL,
	"secret_hash" "bytea" NOT NULL,
	"hint" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "api_keys_secret_hash_key" UNIQUE("secret_hash"),
	CONSTRAINT "api_keys_kind_known" CHECK ("api_keys"."kind" IN ('publishable', 'secret', 'device'))
);
--> statement-breakpoint
CREATE TABLE "devices" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"location_id" integer NOT NULL,
	"pairing_code_hash" "bytea",
	"pairing_expires_at" timestamp (3) with time zone,
	"key_id" text COLLATE "C",
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"paired_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "devices_pairing_code_key" UNIQUE("pairing_code_hash")
);
--> statement-breakpoint
CREATE TABLE "events" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "events_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"xid" "xid8" DEFAULT pg_current_xact_id() NOT NULL,
	"type" text NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"location" text COLLATE "C",
	"subject" text NOT NULL,
	"version" integer NOT NULL,
	"data" json NOT NULL
);
--> statement-breakpoint
CREATE TABLE "feed_state" (
	"id" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"epoch" integer DEFAULT 1 NOT NULL,
	"purged_xid" "xid8" DEFAULT '0' NOT NULL,
	"purged_id" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "feed_state_one_row" CHECK ("feed_state"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"key_id" text COLLATE "C" NOT NULL,
	"idempotency_key" text COLLATE "C" NOT NULL,
	"request_hash" "bytea" NOT NULL,
	"status" integer NOT NULL,
	"response" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY("key_id","idempotency_key")
);
--> statement-breakpoint
CREATE TABLE "import_chunks" (
	"import_id" text COLLATE "C" NOT NULL,
	"number" integer NOT NULL,
	"bytes" "bytea" NOT NULL,
	CONSTRAINT "import_chunks_pkey" PRIMARY KEY("import_id","number")
);
--> statement-breakpoint
CREATE TABLE "import_errors" (
	"import_id" text COLLATE "C" NOT NULL,
	"row" integer NOT NULL,
	"code" text NOT NULL,
	"pointer" text,
	"detail" text NOT NULL,
	"raw" text NOT NULL,
	CONSTRAINT "import_errors_pkey" PRIMARY KEY("import_id","row")
);
--> statement-breakpoint
CREATE TABLE "imports" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"type" text NOT NULL,
	"format" text NOT NULL,
	"gzipped" boolean NOT NULL,
	"options" jsonb NOT NULL,
	"status" text NOT NULL,
	"rows_total" integer,
	"rows_done" integer DEFAULT 0 NOT NULL,
	"rows_rejected" integer DEFAULT 0 NOT NULL,
	"failure" jsonb,
	"key_id" text COLLATE "C" NOT NULL,
	"leased_until" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone,
	CONSTRAINT "imports_type_known" CHECK ("imports"."type" IN ('items', 'locations', 'movements', 'counts', 'levels')),
	CONSTRAINT "imports_format_known" CHECK ("imports"."format" IN ('csv', 'ndjson')),
	CONSTRAINT "imports_status_known" CHECK ("imports"."status" IN ('receiving', 'queued', 'running', 'succeeded', 'failed', 'cancelled'))
);
--> statement-breakpoint
CREATE TABLE "items" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "items_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"sku" text COLLATE "C" NOT NULL,
	"name" jsonb NOT NULL,
	"barcodes" text[] DEFAULT '{}' NOT NULL,
	"image_url" text,
	"price" jsonb,
	"category" text,
	"attributes" jsonb DEFAULT '{}' NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "items_sku_key" UNIQUE("sku")
);
--> statement-breakpoint
CREATE TABLE "levels" (
	"item_id" integer NOT NULL,
	"location_id" integer NOT NULL,
	"on_hand" integer DEFAULT 0 NOT NULL,
	"reserved" integer DEFAULT 0 NOT NULL,
	"buffer" integer DEFAULT 0 NOT NULL,
	"incoming" integer DEFAULT 0 NOT NULL,
	"counted_at" timestamp (3) with time zone,
	"counted_source" text,
	"counted_event_id" text,
	"version" integer DEFAULT 0 NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "levels_pkey" PRIMARY KEY("item_id","location_id"),
	CONSTRAINT "levels_reserved_not_negative" CHECK ("levels"."reserved" >= 0),
	CONSTRAINT "levels_buffer_not_negative" CHECK ("levels"."buffer" >= 0),
	CONSTRAINT "levels_incoming_not_negative" CHECK ("levels"."incoming" >= 0),
	CONSTRAINT "levels_on_hand_range" CHECK ("levels"."on_hand" BETWEEN -1000000000 AND 1000000000)
);
--> statement-breakpoint
CREATE TABLE "locations" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "locations_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"code" text COLLATE "C" NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"address" jsonb NOT NULL,
	"latitude" double precision NOT NULL,
	"longitude" double precision NOT NULL,
	"time_zone" text NOT NULL,
	"opening_hours" jsonb NOT NULL,
	"pickup" jsonb NOT NULL,
	"replenished_from" integer,
	"lead_time_days" integer,
	"cut_off" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "locations_code_key" UNIQUE("code"),
	CONSTRAINT "locations_kind_known" CHECK ("locations"."kind" IN ('store', 'warehouse')),
	CONSTRAINT "locations_latitude_range" CHECK ("locations"."latitude" BETWEEN -90 AND 90),
	CONSTRAINT "locations_longitude_range" CHECK ("locations"."longitude" BETWEEN -180 AND 180),
	CONSTRAINT "locations_replenishment_whole" CHECK (("locations"."replenished_from" IS NULL) = ("locations"."lead_time_days" IS NULL) AND ("locations"."replenished_from" IS NULL) = ("locations"."cut_off" IS NULL)),
	CONSTRAINT "locations_replenishment_not_itself" CHECK ("locations"."replenished_from" <> "locations"."id")
);
--> statement-breakpoint
CREATE TABLE "movements" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "movements_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"item_id" integer NOT NULL,
	"location_id" integer NOT NULL,
	"type" text NOT NULL,
	"quantity" integer NOT NULL,
	"on_hand_delta" integer,
	"reserved_delta" integer DEFAULT 0 NOT NULL,
	"source" text NOT NULL,
	"event_id" text NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"recorded_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"reference" text,
	"reason" text,
	"reservation_id" text COLLATE "C",
	CONSTRAINT "movements_source_event_key" UNIQUE("source","event_id"),
	CONSTRAINT "movements_type_known" CHECK ("movements"."type" IN ('sale', 'return', 'receipt', 'loss', 'found', 'damage', 'adjustment', 'count')),
	CONSTRAINT "movements_count_states_a_value" CHECK (("movements"."type" = 'count') = ("movements"."on_hand_delta" IS NULL)),
	CONSTRAINT "movements_reserved_delta_not_positive" CHECK ("movements"."reserved_delta" <= 0)
);
--> statement-breakpoint
CREATE TABLE "reservation_lines" (
	"reservation_id" text COLLATE "C" NOT NULL,
	"item_id" integer NOT NULL,
	"location_id" integer NOT NULL,
	"quantity" integer NOT NULL,
	"reserved" integer NOT NULL,
	"picked" integer DEFAULT 0 NOT NULL,
	"missing" integer DEFAULT 0 NOT NULL,
	"missing_reason" text,
	"collected" integer DEFAULT 0 NOT NULL,
	"sold" integer DEFAULT 0 NOT NULL,
	"returned" integer DEFAULT 0 NOT NULL,
	"at_risk" boolean DEFAULT false NOT NULL,
	"reserved_at" timestamp (3) with time zone NOT NULL,
	"released_at" timestamp (3) with time zone,
	CONSTRAINT "reservation_lines_pkey" PRIMARY KEY("reservation_id","item_id"),
	CONSTRAINT "reservation_lines_quantity_positive" CHECK ("reservation_lines"."quantity" > 0),
	CONSTRAINT "reservation_lines_reserved_range" CHECK ("reservation_lines"."reserved" BETWEEN 0 AND "reservation_lines"."quantity"),
	CONSTRAINT "reservation_lines_picked_range" CHECK ("reservation_lines"."picked" >= 0 AND "reservation_lines"."missing" >= 0 AND "reservation_lines"."picked" + "reservation_lines"."missing" <= "reservation_lines"."quantity"),
	CONSTRAINT "reservation_lines_collected_range" CHECK ("reservation_lines"."collected" BETWEEN 0 AND "reservation_lines"."quantity" AND "reservation_lines"."sold" BETWEEN 0 AND "reservation_lines"."quantity"),
	CONSTRAINT "reservation_lines_returned_range" CHECK ("reservation_lines"."returned" BETWEEN 0 AND greatest("reservation_lines"."collected", "reservation_lines"."sold")),
	CONSTRAINT "reservation_lines_released_whole" CHECK (("reservation_lines"."reserved" = 0) = ("reservation_lines"."released_at" IS NOT NULL))
);
--> statement-breakpoint
CREATE TABLE "reservation_transitions" (
	"reservation_id" text COLLATE "C" NOT NULL,
	"version" integer NOT NULL,
	"type" text NOT NULL,
	"from_status" text,
	"to_status" text NOT NULL,
	"actor" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"data" json,
	CONSTRAINT "reservation_transitions_pkey" PRIMARY KEY("reservation_id","version")
);
--> statement-breakpoint
CREATE TABLE "reservations" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"location_id" integer NOT NULL,
	"status" text NOT NULL,
	"channel" text NOT NULL,
	"order_reference" text,
	"customer" jsonb,
	"customer_reference" text,
	"payment" text,
	"expires_at" timestamp (3) with time zone,
	"ready_at_promised" timestamp (3) with time zone,
	"pickup_code" text,
	"pickup_attempts" integer DEFAULT 0 NOT NULL,
	"pickup_locked_until" timestamp (3) with time zone,
	"pickup_deadline_at" timestamp (3) with time zone,
	"shelf" text,
	"taken_by" text,
	"reason" text,
	"put_back_pending" boolean DEFAULT false NOT NULL,
	"key_id" text COLLATE "C" NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "reservations_order_reference_key" UNIQUE("channel","order_reference"),
	CONSTRAINT "reservations_status_known" CHECK ("reservations"."status" IN ('held', 'confirmed', 'picking', 'ready', 'collected', 'cancelled', 'expired')),
	CONSTRAINT "reservations_held_expires" CHECK ("reservations"."status" <> 'held' OR "reservations"."expires_at" IS NOT NULL),
	CONSTRAINT "reservations_payment_known" CHECK ("reservations"."payment" IN ('online', 'in_store'))
);
--> statement-breakpoint
ALTER TABLE "devices" ADD CONSTRAINT "devices_location_fkey" FOREIGN KEY ("location_id") REFERENCES "public"."locations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "devices" ADD CONSTRAINT "devices_key_fkey" FOREIGN KEY ("key_id") REFERENCES "public"."api_keys"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "import_chunks" ADD CONSTRAINT "import_chunks_import_fkey" FOREIGN KEY ("import_id") REFERENCES "public"."imports"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "import_errors" ADD CONSTRAINT "import_errors_import_fkey" FOREIGN KEY ("import_id") REFERENCES "public"."imports"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "levels" ADD CONSTRAINT "levels_item_fkey" FOREIGN KEY ("item_id") REFERENCES "public"."items"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "levels" ADD CONSTRAINT "levels_location_fkey" FOREIGN KEY ("location_id") REFERENCES "public"."locations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "locations" ADD CONSTRAINT "locations_replenished_from_fkey" FOREIGN KEY ("replenished_from") REFERENCES "public"."locations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reservation_lines" ADD CONSTRAINT "reservation_lines_reservation_fkey" FOREIGN KEY ("reservation_id") REFERENCES "public"."reservations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reservation_lines" ADD CONSTRAINT "reservation_lines_level_fkey" FOREIGN KEY ("item_id","location_id") REFERENCES "public"."levels"("item_id","location_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reservation_transitions" ADD CONSTRAINT "reservation_transitions_reservation_fkey" FOREIGN KEY ("reservation_id") REFERENCES "public"."reservations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reservations" ADD CONSTRAINT "reservations_location_fkey" FOREIGN KEY ("location_id") REFERENCES "public"."locations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "events_xid_idx" ON "events" USING btree ("xid","id");--> statement-breakpoint
CREATE INDEX "idempotency_keys_created_idx" ON "idempotency_keys" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "imports_open_idx" ON "imports" USING btree ("id") WHERE "imports"."status" IN ('queued', 'running');--> statement-breakpoint
CREATE INDEX "items_barcodes_idx" ON "items" USING gin ("barcodes");--> statement-breakpoint
CREATE INDEX "levels_location_item_idx" ON "levels" USING btree ("location_id","item_id");--> statement-breakpoint
CREATE INDEX "movements_level_idx" ON "movements" USING btree ("item_id","location_id","occurred_at");--> statement-breakpoint
CREATE INDEX "movements_location_idx" ON "movements" USING btree ("location_id","id");--> statement-breakpoint
CREATE INDEX "movements_reservation_idx" ON "movements" USING btree ("reservation_id") WHERE "movements"."reservation_id" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "reservation_lines_open_idx" ON "reservation_lines" USING btree ("item_id","location_id") WHERE "reservation_lines"."reserved" > 0;--> statement-breakpoint
CREATE UNIQUE INDEX "reservations_pickup_code_key" ON "reservations" USING btree ("location_id","pickup_code") WHERE "reservations"."status" IN ('confirmed', 'picking', 'ready');--> statement-breakpoint
CREATE INDEX "reservations_queue_idx" ON "reservations" USING btree ("location_id","status","id");--> statement-breakpoint
CREATE INDEX "reservations_expires_idx" ON "reservations" USING btree ("expires_at") WHERE "reservations"."status" = 'held';--> statement-breakpoint
CREATE INDEX "reservations_deadline_idx" ON "reservations" USING btree ("pickup_deadline_at") WHERE "reservations"."status" = 'ready';--> statement-breakpoint
CREATE INDEX "reservations_customer_idx" ON "reservations" USING btree ("customer_reference","id") WHERE "reservations"."customer_reference" IS NOT NULL;--> statement-breakpoint
-- Levels and reservations are updated far more often than they are inserted: room on the page keeps updates HOT.
ALTER TABLE "levels" SET (fillfactor = 70);
--> statement-breakpoint
ALTER TABLE "reservations" SET (fillfactor = 80);
--> statement-breakpoint
ALTER TABLE "reservation_lines" SET (fillfactor = 80);
--> statement-breakpoint
INSERT INTO "feed_state" DEFAULT VALUES;
--> statement-breakpoint
-- The ledger is the evidence: a correction is another movement, never a change of one.
CREATE FUNCTION "movements_refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'movements are immutable: record a correcting movement instead'
    USING ERRCODE = 'restrict_violation';
END
$$;
--> statement-breakpoint
CREATE TRIGGER "movements_immutable" BEFORE UPDATE OR DELETE ON "movements"
  FOR EACH STATEMENT EXECUTE FUNCTION "movements_refuse_change"();
