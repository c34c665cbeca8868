select content from working.pictures where hash = $1
