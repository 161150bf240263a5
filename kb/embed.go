// Package kb carries the articles in this folder inside the binary, so that the
// bot needs no file beside it. The setting KB_DIR puts another folder in their place.
//
// The articles are read by apierrorbot/internal/kb, which also says what one may hold.
package kb

import "embed"

// FS holds the article files of this folder, in its root.
//
//go:embed *.yaml
var FS embed.FS
