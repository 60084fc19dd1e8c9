CREATE TABLE "staff" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"location_id" integer NOT NULL,
	"name" text NOT NULL,
	"pin_hash" text NOT NULL,
	"pin_tries" integer DEFAULT 0 NOT NULL,
	"pin_locked_until" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "staff_name_key" UNIQUE("location_id","name"),
	CONSTRAINT "staff_pin_tries_not_negative" CHECK ("staff"."pin_tries" >= 0)
);
--> statement-breakpoint
CREATE TABLE "item_places" (
	"location_id" integer NOT NULL,
	"item_id" integer NOT NULL,
	"aisle" text NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "item_places_pkey" PRIMARY KEY("location_id","item_id")
);
--> statement-breakpoint
ALTER TABLE "devices" ADD COLUMN "shift_name" text;--> statement-breakpoint
ALTER TABLE "devices" ADD COLUMN "shift_staff_id" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "devices" ADD COLUMN "shift_started_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "reservation_lines" ADD COLUMN "refused" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "reservation_lines" ADD COLUMN "substitutes_item_id" integer;--> statement-breakpoint
ALTER TABLE "reservation_transitions" ADD COLUMN "occurred_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "reservations" ADD COLUMN "acknowledged_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "reservations" ADD COLUMN "escalates_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "staff" ADD CONSTRAINT "staff_location_fkey" FOREIGN KEY ("location_id") REFERENCES "public"."locations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "item_places" ADD CONSTRAINT "item_places_location_fkey" FOREIGN KEY ("location_id") REFERENCES "public"."locations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "item_places" ADD CONSTRAINT "item_places_item_fkey" FOREIGN KEY ("item_id") REFERENCES "public"."items"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "devices" ADD CONSTRAINT "devices_shift_staff_fkey" FOREIGN KEY ("shift_staff_id") REFERENCES "public"."staff"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reservation_lines" ADD CONSTRAINT "reservation_lines_substitutes_fkey" FOREIGN KEY ("substitutes_item_id") REFERENCES "public"."items"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "devices_shift_staff_idx" ON "devices" USING btree ("shift_staff_id") WHERE "devices"."shift_staff_id" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "reservations_escalates_idx" ON "reservations" USING btree ("escalates_at") WHERE "reservations"."escalates_at" IS NOT NULL;--> statement-breakpoint
ALTER TABLE "devices" ADD CONSTRAINT "devices_shift_whole" CHECK (("devices"."shift_name" IS NULL) = ("devices"."shift_started_at" IS NULL));--> statement-breakpoint
ALTER TABLE "reservation_lines" ADD CONSTRAINT "reservation_lines_refused_range" CHECK ("reservation_lines"."refused" >= 0 AND "reservation_lines"."missing" + "reservation_lines"."refused" <= "reservation_lines"."quantity");