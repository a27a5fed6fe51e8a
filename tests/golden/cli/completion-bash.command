vpcjail completion bash
