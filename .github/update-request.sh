#!/usr/bin/env bash
# Commits what "ringbasic update --pr DIR" has written, in its three commits, and opens or refreshes the one pull
# request. A branch that a person has pushed to is left alone.
set -euo pipefail
request=$1
branch=$(cat "$request/branch")
bot='ringbasic update'
mail='ringbasic-update@users.noreply.github.com'

if git fetch --quiet origin "+refs/heads/$branch:refs/remotes/origin/$branch" 2> /dev/null; then
  base=$(git merge-base HEAD "origin/$branch")
  others=$(git log --format=%ae "$base..origin/$branch" |
    grep --invert-match --line-regexp --fixed-strings "$mail" || true)
  if [ -n "$others" ]; then
    echo "a person has pushed to $branch: it is left alone"
    exit 0
  fi
fi

git checkout --quiet -B "$branch"
commit() {
  local message=$1 paths=()
  shift
  for path in "$@"; do
    if [ -e "$path" ] || git ls-files --error-unmatch -- "$path" > /dev/null 2>&1; then paths+=("$path"); fi
  done
  git add --all -- "${paths[@]}"
  git diff --cached --quiet || git -c user.name="$bot" -c user.email="$mail" commit --quiet --message "$message"
}
commit "spec: pin the vendor's newer document" spec/swagger-ring_basic.yaml spec/swagger-ring_basic.lock.yaml
commit 'names and overlays: what the newer document asks for' \
  spec/names.yaml overlays contracttests/testdata/unrecorded.yaml CHANGELOG.md
commit 'generated: build from the newer document' spec/openapi.yaml generated
git push --quiet --force origin "HEAD:refs/heads/$branch"

if number=$(gh pr list --head "$branch" --state open --json number --jq '.[0].number') && [ -n "$number" ]; then
  gh pr edit "$number" --title "$(cat "$request/title")" --body-file "$request/body.md"
else
  gh pr create --head "$branch" --title "$(cat "$request/title")" --body-file "$request/body.md"
fi
