CREATE TABLE "buffer_tasks" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "buffer_tasks_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"location_id" integer,
	"category" text,
	"item_id" integer,
	"rule_id" text COLLATE "C",
	"rule_version" integer,
	"after_item_id" integer DEFAULT 0 NOT NULL,
	"after_location_id" integer DEFAULT 0 NOT NULL,
	"leased_until" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "buffer_state" ADD COLUMN "silence_stepped_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "buffer_tasks" ADD CONSTRAINT "buffer_tasks_location_fkey" FOREIGN KEY ("location_id") REFERENCES "public"."locations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "buffer_tasks" ADD CONSTRAINT "buffer_tasks_item_fkey" FOREIGN KEY ("item_id") REFERENCES "public"."items"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "buffer_tasks_rule_idx" ON "buffer_tasks" USING btree ("rule_id") WHERE "buffer_tasks"."rule_id" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "reservation_transitions_picked_idx" ON "reservation_transitions" USING btree ("at") WHERE "reservation_transitions"."type" = 'picked';--> statement-breakpoint
CREATE INDEX "levels_silence_idx" ON "levels" USING btree ("location_id","item_id") WHERE "levels"."silence_buffer" > 0;