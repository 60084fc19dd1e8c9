ALTER TABLE "items" ADD COLUMN "search_terms" "tsvector" DEFAULT '' NOT NULL;--> statement-breakpoint
CREATE INDEX "items_search_idx" ON "items" USING gin ("search_terms");--> statement-breakpoint
ALTER TABLE "devices" ADD CONSTRAINT "devices_key_key" UNIQUE("key_id");