# The program alone; FreeSWITCH and PostgreSQL are containers of their own (docker-compose.yml).
FROM python:3.11-slim-bookworm
RUN apt-get update && apt-get install -y --no-install-recommends ffmpeg make && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY setup.cfg pyproject.toml README.md Makefile ./
COPY fs_app fs_app
COPY migrations migrations
COPY sounds sounds
COPY freeswitch-conf freeswitch-conf
COPY tools/system-packages tools/system-packages
RUN python -m venv .venv && .venv/bin/pip install --no-cache-dir -e '.[postgres]'
RUN useradd --system --home /app --uid 10001 fsapp && mkdir -p /data && chown fsapp /data
USER fsapp
ENV FS_APP_DATA_DIR=/data FS_APP_WEB_LISTEN=0.0.0.0:8080 FS_APP_LOG_FORMAT=json
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s CMD [".venv/bin/python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/healthz')"]
CMD [".venv/bin/fs-app", "run"]
