DROP INDEX "items_barcodes_idx";--> statement-breakpoint
CREATE INDEX "reservations_order_reference_idx" ON "reservations" USING btree ("order_reference") WHERE "reservations"."order_reference" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "reservations_put_back_idx" ON "reservations" USING btree ("location_id","id") WHERE "reservations"."put_back_pending";--> statement-breakpoint
CREATE TRIGGER "movements_not_truncated" BEFORE TRUNCATE ON "movements"
  FOR EACH STATEMENT EXECUTE FUNCTION "movements_refuse_change"();
