//! A real control plane and nodes as child processes, the suites, the benchmarks.
