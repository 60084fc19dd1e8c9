-- By default a table is vacuumed when a fifth of it is dead: of ten million levels, two million, in one long round that
-- comes when the shop is busiest. Smaller rounds, oftener, each bounded by what changed since the last.
ALTER TABLE "levels" SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);
--> statement-breakpoint
-- A reservation is written some six times on its way, and what ended years ago counts in a fifth of the table.
ALTER TABLE "reservations" SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);
--> statement-breakpoint
ALTER TABLE "reservation_lines" SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);
--> statement-breakpoint
-- Only ever appended to: a round looks at the new pages alone, and freezes them.
ALTER TABLE "movement_facts" SET (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);
--> statement-breakpoint
ALTER TABLE "reservation_transitions" SET (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);
