CREATE TABLE "buffer_items" (
	"item_id" integer PRIMARY KEY NOT NULL,
	"changes" integer DEFAULT 1 NOT NULL,
	"leased_until" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "silence_state" (
	"id" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"looked_at" timestamp (3) with time zone,
	"listening_since" timestamp (3) with time zone,
	"stepped_at" timestamp (3) with time zone,
	"step_location_id" integer,
	"step_item_id" integer,
	"leased_until" timestamp (3) with time zone,
	CONSTRAINT "silence_state_one_row" CHECK ("silence_state"."id" = 1)
);
--> statement-breakpoint
ALTER TABLE "buffer_tasks" ADD COLUMN "categories" text[];--> statement-breakpoint
ALTER TABLE "source_locations" ADD COLUMN "silent_since" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "sources" ADD COLUMN "event_version" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "buffer_items" ADD CONSTRAINT "buffer_items_item_fkey" FOREIGN KEY ("item_id") REFERENCES "public"."items"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "buffer_tasks_tuning_key" ON "buffer_tasks" USING btree ("location_id") WHERE "buffer_tasks"."categories" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "source_locations_silent_idx" ON "source_locations" USING btree ("location_id") WHERE "source_locations"."silent_since" IS NOT NULL;--> statement-breakpoint
ALTER TABLE "buffer_state" DROP COLUMN "silence_stepped_at";--> statement-breakpoint
INSERT INTO "silence_state" DEFAULT VALUES;--> statement-breakpoint
UPDATE "sources" SET "event_version" = "version";--> statement-breakpoint
UPDATE "source_locations" w SET "silent_since" = s."silent_since" FROM "sources" s WHERE s."name" = w."source" AND s."silent_since" IS NOT NULL AND w."last_message_at" > s."last_message_at" - interval '30 days';
