"""PyTorch and distributed checkpoints into safetensors, on the team's own machine. Only `reading` and `shards` know torch."""
