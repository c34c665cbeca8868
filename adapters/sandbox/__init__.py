"""A stand-in payment provider that speaks the part of Stripe's wire protocol that we use."""

from adapters.sandbox.server import Sandbox, SandboxSettings, create_sandbox, running_sandbox

__all__ = ["Sandbox", "SandboxSettings", "create_sandbox", "running_sandbox"]
