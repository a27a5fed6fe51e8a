here=$PWD; cd "$HOME" && rm -rf strict && mkdir strict && cd strict && cp -r "$here/account" a && cp "$here/job.json" . && i() { vpcjail import "$@" 2>&1 | sed '/: problem: /d; /: warning: /d; /notes, which/d'; }
i a --subnet subnet-a --subnet subnet-b --security-group sg-train --strict -o s.yaml; i a --refresh s.yaml --yes; sed -n 2p s.yaml; i a --refresh s.yaml
sed -i 's/"subnet-a"/"subnet-a", "subnet-b"/' job.json; i a --training-job job.json --strict -o j.yaml; i a --refresh j.yaml --yes; i a --refresh j.yaml --strict; i a --training-job job.json --refresh j.yaml --yes; sed -n 2p j.yaml; grep -c 'may run here' j.yaml
sed -i '/^#/d' j.yaml; i a --refresh j.yaml --yes; i a --subnet subnet-a --refresh j.yaml | head -3
i a --training-job job.json -o p.yaml; i a --refresh p.subnet-b.yaml --yes; sed -n 2p p.subnet-b.yaml; i a --training-job job.json --refresh p.subnet-a.yaml --yes; ls
