# syntax=docker/dockerfile:1
# The application, its worker and its migrations: one image. No secret goes into it.

FROM node:22.16.0-bookworm-slim AS frontend
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --omit=optional --omit=dev --loglevel=error

FROM python:3.12.11-slim-bookworm AS build
ENV PYTHONUTF8=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
RUN python -m venv .venv
# Dependencies change seldom: a layer of their own, made from the pins alone.
COPY pyproject.toml constraints.txt ./
RUN mkdir ecabinet documents && touch ecabinet/__init__.py documents/__init__.py \
    && .venv/bin/pip install --constraint constraints.txt --editable .
COPY . .
COPY --from=frontend /src/node_modules node_modules
RUN .venv/bin/python tools/vendor.py && rm -rf node_modules \
    && if [ -d ecabinet/translations ]; then .venv/bin/pybabel compile --directory ecabinet/translations --use-fuzzy; fi \
    && .venv/bin/python -m compileall -q ecabinet documents

FROM python:3.12.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin ecabinet \
    && install -d -o ecabinet -g ecabinet -m 700 /data
# What reads scans and prints office files, for those who want it: docs/processing.md names the packages.
ARG PROGRAMS=""
RUN if [ -n "$PROGRAMS" ]; then apt-get update && apt-get install --yes --no-install-recommends $PROGRAMS \
    && rm -rf /var/lib/apt/lists/*; fi
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUTF8=1 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    LANG=C.UTF-8 HOST=0.0.0.0 PORT=8080 DATA_DIR=/data
USER ecabinet
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["python", "-m", "ecabinet"]
CMD ["serve"]
