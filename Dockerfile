# Two stages, one image: the first builds the wheel with the same Makefile that people use, the
# second holds Python, the locked packages and that wheel.

FROM python:3.13-bookworm AS build
WORKDIR /build
COPY pyproject.toml requirements-dev.lock Makefile ./
COPY .ci .ci
COPY pwa/package.json pwa/package-lock.json pwa/.npmrc pwa/
COPY server/__init__.py server/
RUN make setup
COPY . .
RUN make wheel

FROM python:3.13-slim-bookworm
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    TRAVELER_DATA=/data
RUN groupadd --gid 10001 traveler \
 && useradd --uid 10001 --gid traveler --no-create-home --home-dir /data traveler \
 && install --directory --owner traveler --group traveler --mode 0750 /data
COPY requirements.lock /tmp/
RUN pip install --require-hashes --only-binary :all: --requirement /tmp/requirements.lock \
 && rm /tmp/requirements.lock
RUN --mount=type=bind,from=build,source=/build/dist,target=/tmp/dist \
    pip install --no-deps /tmp/dist/lot_traveler-*.whl

USER traveler
WORKDIR /data
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["python", "-c", \
  "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health', timeout=4)"]
CMD ["traveler", "serve", "--data", "/data", "--host", "0.0.0.0", "--port", "8000"]
