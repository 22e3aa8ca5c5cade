"""The floor: FastAPI handlers that do nothing, on the server settings that oO uses."""

from __future__ import annotations

import sys

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI(openapi_url=None)


class Feedback(BaseModel):
    """The body of a reaction."""

    key: str = ""
    tip: str = ""
    action: str = ""


@app.get("/health")
async def health() -> dict[str, bool]:
    """Answer."""
    return {"ok": True}


@app.post("/bare")
async def handler() -> dict[str, object]:
    """Answer with something as large as a tip."""
    return {
        "tip": {"id": "x" * 26, "kind": "task", "content": "Send Lena the signed lease.", "why": "w" * 60},
        "silence": None,
        "considered": 50,
    }


@app.post("/bare-feedback")
async def feedback(body: Feedback) -> dict[str, str]:
    """Read a body, answer."""
    return {"key": body.key}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", access_log=False)
