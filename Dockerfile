# syntax=docker/dockerfile:1
# The image of `offstage api` and `offstage worker`. It has no Temporal server in it: `offstage start` is not its use.

# Debian, not Alpine: the core of Temporal's SDK is built for glibc.
FROM node:20.20.2-bookworm-slim AS base
WORKDIR /app
COPY package.json package-lock.json .npmrc ./

FROM base AS build
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build

FROM base AS packages
# The SDK brings its core for every platform: the others' are a quarter of the image.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
  && find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 \
    ! -name "$(uname -m)-unknown-linux-gnu" -exec rm -r {} +

FROM node:20.20.2-bookworm-slim
LABEL org.opencontainers.image.title="Offstage" \
  org.opencontainers.image.description="Durable background agents for conversations, in TypeScript on Temporal" \
  org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json LICENSE ./
COPY bin/health-check.mjs bin/
COPY agents agents
COPY --from=build /app/dist dist
# exec: node itself is process 1, and hears SIGTERM. The folder of access keys is a volume, and takes its owner from here.
RUN printf '#!/bin/sh\nexec node --enable-source-maps /app/dist/cli/main.js "$@"\n' > /usr/local/bin/offstage \
  && chmod 755 /usr/local/bin/offstage \
  && install -d -o node -g node /etc/offstage
# The user "node" by its number, so that an orchestrator sees that it is not root. Nothing is written below /app.
USER 1000:1000
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "/app/bin/health-check.mjs", "/healthz"]
ENTRYPOINT ["offstage"]
CMD ["api"]
