// What the page itself says, in both languages; what the server found is worded by wording.js.

import { EN } from "./words_en.js";
import { JA } from "./words_ja.js";

export const TEXTS = { en: EN, ja: JA };
