"""Compiled functions that exist only inside the compiled functions that call them.

By itself numba optimises each function it meets, with all that it calls, and makes machine code of
it: for a function eight calls deep, eight times. Here only what Python calls is optimised and made
machine code of, once; the rest is handed to it as it is. That is a third of the simulation's first
start (docs/decisions/0007). It rests on numba's own CodeLibrary, so on the version that is pinned.
"""

from __future__ import annotations

from typing import Any

from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler


class PartCompiler(Compiler):  # type: ignore[misc]  # numba has no types
    """What numba.njit takes as pipeline_class: numba's own compiler, up to its last step."""

    def define_pipelines(self) -> Any:
        """The passes of numba; what they make goes to a Part."""
        if self.state.library is None:
            codegen = self.state.targetctx.codegen()
            self.state.library = Part(codegen, self.state.func_id.func_qualname)
        return super().define_pipelines()


class Part(JITCodeLibrary):  # type: ignore[misc]
    """The code of a function, for others to link."""

    def finalize(self) -> None:
        """Take in what it calls; no more."""
        self._raise_if_finalized()
        for library in dict.fromkeys(self._linking_libraries):
            self._reload_init.update(library._reload_init)
            self._final_module.link_in(library._get_module_for_linking(), preserve=True)
        self._finalize_dynamic_globals()
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        """0: there is no machine code."""
        self._ensure_finalized()
        return 0

    @property
    def codegen(self) -> Any:
        """This: it is asked for a place to keep the Python side of a function, and has none."""
        return self

    def set_env(self, env_name: str, env: Any) -> None:
        """Nothing to do."""
