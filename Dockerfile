# One image for every line of the Procfile: the command says which process a container is.
ARG NODE_VERSION=20

FROM node:${NODE_VERSION}-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
# What is only needed to build stays behind, and so do the embedded servers: a container brings its own.
RUN npm run build && npm prune --omit=dev --omit=optional --ignore-scripts

FROM node:${NODE_VERSION}-bookworm-slim
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=8000 \
    TIDEGAUGE_HOME=/tmp/tidegauge
WORKDIR /app
COPY --from=build /app/package.json /app/Procfile ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# Nobody in particular, who owns nothing here: the root file system may be read-only.
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
# Of the web process on PORT, of a worker on TIDEGAUGE_WORKER_PORT.
HEALTHCHECK --interval=15s --timeout=3s --start-period=30s --retries=4 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.TIDEGAUGE_WORKER_PORT || process.env.PORT) + '/livez').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/src/server.js"]
