# Caserita with sentence-model search. State is in /var/lib/caserita and, when DATABASE_URL is set, in PostgreSQL.

FROM python:3.12-slim AS build
WORKDIR /build
RUN python -m venv /opt/caserita
ENV PATH=/opt/caserita/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1

# Dependencies change less often than code, so they are a layer of their own.
# To keep CUDA out of the image, pass an index of CPU wheels: --build-arg PIP_EXTRA_INDEX_URL=…
ARG PIP_EXTRA_INDEX_URL
COPY pyproject.toml constraints.txt ./
RUN pip install -c constraints.txt torch==2.13.0
RUN python -c 'import tomllib; p = tomllib.load(open("pyproject.toml", "rb"))["project"]; \
print(*p["dependencies"], *p["optional-dependencies"]["semantic"], sep="\n")' > requirements.txt \
    && pip install -c constraints.txt -r requirements.txt

COPY README.md ./
COPY prompts prompts
COPY data data
COPY connectors connectors
COPY ingestion ingestion
COPY channels channels
COPY agent agent
COPY api api
RUN pip install --no-deps .


FROM python:3.12-slim
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/caserita caserita \
    && chmod 700 /var/lib/caserita
COPY --from=build /opt/caserita /opt/caserita
ENV PATH=/opt/caserita/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    STORAGE_DIR=/var/lib/caserita \
    PORT=8000
USER caserita
WORKDIR /var/lib/caserita
VOLUME /var/lib/caserita
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=4)"]
CMD ["caserita", "serve", "--host", "0.0.0.0"]
