vpcjail report ./run/events.jsonl
