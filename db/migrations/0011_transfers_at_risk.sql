DROP INDEX "transfers_from_idx";--> statement-breakpoint
DROP INDEX "transfers_to_idx";--> statement-breakpoint
ALTER TABLE "transfer_lines" ADD COLUMN "at_risk" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "transfers_from_status_idx" ON "transfers" USING btree ("from_location_id","status","id");--> statement-breakpoint
CREATE INDEX "transfers_to_status_idx" ON "transfers" USING btree ("to_location_id","status","id");