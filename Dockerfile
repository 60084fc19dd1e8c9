# The API and the tablet's pages. It needs a PostgreSQL 15 to 18 in DATABASE_URL: the embedded one stays out, as do
# Node's npm packages, since the image is Node already. See docker-compose.yml.
FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional

# The tablet's pages. What builds them does not go along; its native parts are optional packages, so all are installed.
FROM node:24-slim AS pages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY src/web src/web
RUN npm run build

FROM node:24-slim
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=3000
WORKDIR /app
# Owned by root, run by node: the process cannot change its own code.
COPY --from=dependencies /app/node_modules node_modules
COPY package.json ./
COPY db db
COPY openapi openapi
COPY src src
COPY --from=pages /app/src/web/tablet/dist src/web/tablet/dist
USER node
EXPOSE 3000
# PORT may be set at run time, so the shell form.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD node -e "fetch('http://127.0.0.1:' + process.env.PORT + '/health/ready').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"
# Not through npm, which would stand between Docker's SIGTERM and the process.
CMD ["node", "src/start.js"]
