# One image for web, workers and reconciler. The benchmark nodes build it with --build-arg TORCH_BACKEND=cu128.
FROM python:3.11-slim-bookworm AS build
ARG TORCH_BACKEND=cpu
ENV UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
WORKDIR /app
RUN pip install --no-cache-dir uv==0.13.9 && uv venv /venv
COPY pyproject.toml requirements.lock constraints.txt ./
RUN VIRTUAL_ENV=/venv uv pip install --no-cache --torch-backend="${TORCH_BACKEND}" \
        --requirement pyproject.toml --extra web --extra ml --extra s3 --constraint requirements.lock --constraint constraints.txt \
    && uv pip install --no-cache --target /build-tools --constraint requirements.lock Babel
COPY . .
RUN PYTHONPATH=/build-tools /venv/bin/python tools/messages.py compile \
    && SECRET_KEY=unused LEDGER_SIGNING_KEY=unused DATABASE_URL=postgresql://unused REDIS_URL=redis://unused \
        STATIC_ROOT=/static DJANGO_SETTINGS_MODULE=portal.config.settings.production \
        /venv/bin/python manage.py collectstatic --noinput --verbosity 0

FROM python:3.11-slim-bookworm
# Checkpoints and programs of teams run behind its walls (docs/sandbox.md).
RUN apt-get update && apt-get install --yes --no-install-recommends bubblewrap && rm -rf /var/lib/apt/lists/*
RUN groupadd --gid 10001 portal && useradd --uid 10001 --gid portal --no-create-home --home-dir /var/lib/portal portal \
    && install --directory --owner portal --group portal --mode 0750 /var/lib/portal
COPY --from=build /venv /venv
COPY --from=build /static /srv/static
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=portal.config.settings.production STATIC_ROOT=/srv/static
USER 10001:10001
VOLUME /var/lib/portal
EXPOSE 8000
CMD ["gunicorn", "portal.config.wsgi", "--config", "python:portal.config.serving"]
