// Tells drizzle-kit where the schema is and where its migrations go (npm run migrations).
import { defineConfig } from 'drizzle-kit';

export default defineConfig({ dialect: 'postgresql', schema: './db/schema/*.ts', out: './db/migrations' });
