CREATE TABLE "installation_secrets" (
	"name" text PRIMARY KEY NOT NULL,
	"secret" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "buffer_rules" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"location_id" integer,
	"category" text,
	"item_id" integer,
	"quantity" integer,
	"percent" real,
	"exclude" boolean,
	"auto_percent_max" real,
	"version" integer DEFAULT 1 NOT NULL,
	"applied_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "buffer_rules_scope_key" UNIQUE NULLS NOT DISTINCT("location_id","category","item_id"),
	CONSTRAINT "buffer_rules_one_subject" CHECK (num_nonnulls("buffer_rules"."category", "buffer_rules"."item_id") <= 1),
	CONSTRAINT "buffer_rules_one_way" CHECK (num_nonnulls("buffer_rules"."quantity", "buffer_rules"."percent", "buffer_rules"."exclude", "buffer_rules"."auto_percent_max") = 1),
	CONSTRAINT "buffer_rules_quantity_range" CHECK ("buffer_rules"."quantity" BETWEEN 0 AND 1000000),
	CONSTRAINT "buffer_rules_percent_range" CHECK ("buffer_rules"."percent" BETWEEN 0 AND 100),
	CONSTRAINT "buffer_rules_exclude_true" CHECK ("buffer_rules"."exclude"),
	CONSTRAINT "buffer_rules_auto_range" CHECK ("buffer_rules"."auto_percent_max" BETWEEN 0 AND 100)
);
--> statement-breakpoint
CREATE TABLE "buffer_state" (
	"id" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"tuned_at" timestamp (3) with time zone,
	CONSTRAINT "buffer_state_one_row" CHECK ("buffer_state"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE "buffer_tunings" (
	"location_id" integer NOT NULL,
	"category" text NOT NULL,
	"picks" integer NOT NULL,
	"not_found" integer NOT NULL,
	"percent" real NOT NULL,
	"tuned_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "buffer_tunings_pkey" PRIMARY KEY("location_id","category"),
	CONSTRAINT "buffer_tunings_not_found_range" CHECK ("buffer_tunings"."not_found" BETWEEN 0 AND "buffer_tunings"."picks"),
	CONSTRAINT "buffer_tunings_percent_range" CHECK ("buffer_tunings"."percent" BETWEEN 0 AND 100)
);
--> statement-breakpoint
CREATE TABLE "count_conflicts" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "count_conflicts_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"item_id" integer NOT NULL,
	"location_id" integer NOT NULL,
	"winner_source" text NOT NULL,
	"winner_event_id" text NOT NULL,
	"winner_counted_at" timestamp (3) with time zone NOT NULL,
	"winner_on_hand" integer NOT NULL,
	"loser_source" text NOT NULL,
	"loser_event_id" text NOT NULL,
	"loser_counted_at" timestamp (3) with time zone NOT NULL,
	"loser_on_hand" integer NOT NULL,
	"recorded_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "source_locations" (
	"source" text NOT NULL,
	"location_id" integer NOT NULL,
	"last_message_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "source_locations_pkey" PRIMARY KEY("source","location_id")
);
--> statement-breakpoint
CREATE TABLE "sources" (
	"name" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"rank" integer DEFAULT 0 NOT NULL,
	"heartbeat_seconds" integer,
	"last_message_at" timestamp (3) with time zone,
	"last_occurred_at" timestamp (3) with time zone,
	"silent_since" timestamp (3) with time zone,
	"counts_compared" bigint DEFAULT 0 NOT NULL,
	"counts_disagreed" bigint DEFAULT 0 NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sources_kind_known" CHECK ("sources"."kind" IN ('pos', 'wms', 'erp', 'tablet', 'shop', 'other')),
	CONSTRAINT "sources_heartbeat_positive" CHECK ("sources"."heartbeat_seconds" > 0),
	CONSTRAINT "sources_disagreed_range" CHECK ("sources"."counts_disagreed" BETWEEN 0 AND "sources"."counts_compared")
);
--> statement-breakpoint
CREATE TABLE "transfer_lines" (
	"transfer_id" text COLLATE "C" NOT NULL,
	"item_id" integer NOT NULL,
	"from_location_id" integer NOT NULL,
	"quantity" integer NOT NULL,
	"reserved" integer NOT NULL,
	"shipped" integer DEFAULT 0 NOT NULL,
	"received" integer DEFAULT 0 NOT NULL,
	"damaged" integer DEFAULT 0 NOT NULL,
	"lost" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "transfer_lines_pkey" PRIMARY KEY("transfer_id","item_id"),
	CONSTRAINT "transfer_lines_quantity_positive" CHECK ("transfer_lines"."quantity" > 0),
	CONSTRAINT "transfer_lines_reserved_range" CHECK ("transfer_lines"."reserved" BETWEEN 0 AND "transfer_lines"."quantity"),
	CONSTRAINT "transfer_lines_shipped_range" CHECK ("transfer_lines"."shipped" BETWEEN 0 AND "transfer_lines"."quantity"),
	CONSTRAINT "transfer_lines_arrived_range" CHECK ("transfer_lines"."received" >= 0 AND "transfer_lines"."damaged" >= 0 AND "transfer_lines"."lost" >= 0)
);
--> statement-breakpoint
CREATE TABLE "transfers" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"from_location_id" integer NOT NULL,
	"to_location_id" integer NOT NULL,
	"status" text NOT NULL,
	"reference" text,
	"reason" text,
	"reservation_id" text COLLATE "C",
	"expected_at" timestamp (3) with time zone NOT NULL,
	"shipped_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	"late_told_at" timestamp (3) with time zone,
	"key_id" text COLLATE "C" NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "transfers_elsewhere" CHECK ("transfers"."from_location_id" <> "transfers"."to_location_id"),
	CONSTRAINT "transfers_status_known" CHECK ("transfers"."status" IN ('created', 'shipped', 'partly_received', 'received', 'cancelled'))
);
--> statement-breakpoint
ALTER TABLE "movements" DROP CONSTRAINT "movements_type_known";--> statement-breakpoint
ALTER TABLE "reservation_lines" DROP CONSTRAINT "reservation_lines_reserved_range";--> statement-breakpoint
ALTER TABLE "reservation_lines" DROP CONSTRAINT "reservation_lines_returned_range";--> statement-breakpoint
ALTER TABLE "levels" ADD COLUMN "buffer_rule" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "levels" ADD COLUMN "silence_buffer" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "levels" ADD COLUMN "counted_rank" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "movements" ADD COLUMN "source_rank" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "reservation_lines" ADD COLUMN "awaited" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "reservation_lines" ADD COLUMN "returned_sold" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "reservations" ADD COLUMN "sold_location_id" integer;--> statement-breakpoint
ALTER TABLE "reservations" ADD COLUMN "seller_device_id" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "reservations" ADD COLUMN "deliver_to" jsonb;--> statement-breakpoint
ALTER TABLE "reservations" ADD COLUMN "dispatch" jsonb;--> statement-breakpoint
ALTER TABLE "reservations" ADD COLUMN "plan_id" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "buffer_rules" ADD CONSTRAINT "buffer_rules_location_fkey" FOREIGN KEY ("location_id") REFERENCES "public"."locations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "buffer_rules" ADD CONSTRAINT "buffer_rules_item_fkey" FOREIGN KEY ("item_id") REFERENCES "public"."items"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "buffer_tunings" ADD CONSTRAINT "buffer_tunings_location_fkey" FOREIGN KEY ("location_id") REFERENCES "public"."locations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "count_conflicts" ADD CONSTRAINT "count_conflicts_level_fkey" FOREIGN KEY ("item_id","location_id") REFERENCES "public"."levels"("item_id","location_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "source_locations" ADD CONSTRAINT "source_locations_source_fkey" FOREIGN KEY ("source") REFERENCES "public"."sources"("name") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "source_locations" ADD CONSTRAINT "source_locations_location_fkey" FOREIGN KEY ("location_id") REFERENCES "public"."locations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "transfer_lines" ADD CONSTRAINT "transfer_lines_transfer_fkey" FOREIGN KEY ("transfer_id") REFERENCES "public"."transfers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "transfer_lines" ADD CONSTRAINT "transfer_lines_item_fkey" FOREIGN KEY ("item_id") REFERENCES "public"."items"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "transfers" ADD CONSTRAINT "transfers_from_fkey" FOREIGN KEY ("from_location_id") REFERENCES "public"."locations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "transfers" ADD CONSTRAINT "transfers_to_fkey" FOREIGN KEY ("to_location_id") REFERENCES "public"."locations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "transfers" ADD CONSTRAINT "transfers_reservation_fkey" FOREIGN KEY ("reservation_id") REFERENCES "public"."reservations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "count_conflicts_loser_idx" ON "count_conflicts" USING btree ("loser_source","id");--> statement-breakpoint
CREATE INDEX "count_conflicts_winner_idx" ON "count_conflicts" USING btree ("winner_source","id");--> statement-breakpoint
CREATE INDEX "count_conflicts_level_idx" ON "count_conflicts" USING btree ("item_id","location_id");--> statement-breakpoint
CREATE INDEX "source_locations_location_idx" ON "source_locations" USING btree ("location_id");--> statement-breakpoint
CREATE INDEX "transfer_lines_open_idx" ON "transfer_lines" USING btree ("item_id","from_location_id") WHERE "transfer_lines"."reserved" > 0;--> statement-breakpoint
CREATE INDEX "transfers_from_idx" ON "transfers" USING btree ("from_location_id","id");--> statement-breakpoint
CREATE INDEX "transfers_to_idx" ON "transfers" USING btree ("to_location_id","id");--> statement-breakpoint
CREATE INDEX "transfers_reservation_idx" ON "transfers" USING btree ("reservation_id") WHERE "transfers"."reservation_id" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "transfers_late_idx" ON "transfers" USING btree ("expected_at") WHERE "transfers"."status" IN ('created', 'shipped', 'partly_received') AND "transfers"."late_told_at" IS NULL;--> statement-breakpoint
ALTER TABLE "reservations" ADD CONSTRAINT "reservations_sold_location_fkey" FOREIGN KEY ("sold_location_id") REFERENCES "public"."locations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "reservations_sold_idx" ON "reservations" USING btree ("sold_location_id","id") WHERE "reservations"."sold_location_id" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "reservations_plan_idx" ON "reservations" USING btree ("plan_id") WHERE "reservations"."plan_id" IS NOT NULL;--> statement-breakpoint
ALTER TABLE "levels" ADD CONSTRAINT "levels_silence_buffer_range" CHECK ("levels"."silence_buffer" BETWEEN 0 AND "levels"."buffer");--> statement-breakpoint
ALTER TABLE "movements" ADD CONSTRAINT "movements_type_known" CHECK ("movements"."type" IN ('sale', 'return', 'receipt', 'loss', 'found', 'damage', 'adjustment', 'count', 'transfer_out', 'transfer_in'));--> statement-breakpoint
ALTER TABLE "reservation_lines" ADD CONSTRAINT "reservation_lines_awaited_not_negative" CHECK ("reservation_lines"."awaited" >= 0);--> statement-breakpoint
ALTER TABLE "reservation_lines" ADD CONSTRAINT "reservation_lines_reserved_range" CHECK ("reservation_lines"."reserved" >= 0 AND "reservation_lines"."reserved" + "reservation_lines"."awaited" <= "reservation_lines"."quantity");--> statement-breakpoint
ALTER TABLE "reservation_lines" ADD CONSTRAINT "reservation_lines_returned_range" CHECK ("reservation_lines"."returned" BETWEEN 0 AND "reservation_lines"."quantity" AND "reservation_lines"."returned_sold" BETWEEN 0 AND "reservation_lines"."quantity");--> statement-breakpoint
INSERT INTO "buffer_state" DEFAULT VALUES;