// The emoji codes that bots and people use most, by Slack's short names
// (https://github.com/iamcal/emoji-data is the list that Slack names as its source).
// A code that is not here is shown as it was written.
const table = `
white_check_mark ✅  heavy_check_mark ✔️  ballot_box_with_check ☑️  white_square ⬜
white_medium_square ◻️  black_medium_square ◼️  white_large_square ⬜  black_large_square ⬛
white_medium_small_square ◽  black_medium_small_square ◾  white_small_square ▫️
black_small_square ▪️  x ❌  negative_squared_cross_mark ❎  heavy_plus_sign ➕
heavy_minus_sign ➖  heavy_multiplication_x ✖️  warning ⚠️  no_entry ⛔  no_entry_sign 🚫
octagonal_sign 🛑  stop_sign 🛑  rotating_light 🚨  construction 🚧  exclamation ❗
heavy_exclamation_mark ❗  question ❓  grey_question ❔  grey_exclamation ❕  bangbang ‼️
information_source ℹ️  bulb 💡  mag 🔍  mag_right 🔎  link 🔗  wrench 🔧  hammer 🔨
hammer_and_wrench 🛠️  gear ⚙️  toolbox 🧰  nut_and_bolt 🔩  key 🔑  old_key 🗝️  lock 🔒
unlock 🔓  closed_lock_with_key 🔐  shield 🛡️  hourglass ⌛  hourglass_flowing_sand ⏳
stopwatch ⏱️  timer_clock ⏲️  alarm_clock ⏰  clock1 🕐  clock3 🕒  clock9 🕘  calendar 📆
date 📅  tada 🎉  confetti_ball 🎊  sparkles ✨  star ⭐  star2 🌟  rocket 🚀  fire 🔥
boom 💥  zap ⚡  arrows_counterclockwise 🔄  arrows_clockwise 🔃  repeat 🔁
leftwards_arrow_with_hook ↩️  arrow_right_hook ↪️  arrow_right ➡️  arrow_left ⬅️
arrow_up ⬆️  arrow_down ⬇️  arrow_forward ▶️  arrow_upper_right ↗️  rewind ⏪
fast_forward ⏩  white_circle ⚪  black_circle ⚫  red_circle 🔴  large_red_circle 🔴
large_green_circle 🟢  large_yellow_circle 🟡  large_orange_circle 🟠  large_blue_circle 🔵
blue_circle 🔵  large_blue_square 🟦  large_green_square 🟩  large_red_square 🟥
large_yellow_square 🟨  radio_button 🔘  thinking_face 🤔  eyes 👀  wave 👋  +1 👍
thumbsup 👍  -1 👎  thumbsdown 👎  ok_hand 👌  raised_hands 🙌  clap 👏  pray 🙏  muscle 💪
point_right 👉  point_left 👈  point_up ☝️  point_down 👇  raising_hand 🙋  shrug 🤷
slightly_smiling_face 🙂  smile 😄  smiley 😃  grinning 😀  grin 😁  joy 😂  wink 😉
blush 😊  sweat_smile 😅  neutral_face 😐  confused 😕  cry 😢  sob 😭  scream 😱
disappointed 😞  worried 😟  relieved 😌  heart ❤️  robot_face 🤖  ghost 👻  bug 🐛
lady_beetle 🐞  memo 📝  pencil 📝  pencil2 ✏️  clipboard 📋  page_facing_up 📄
page_with_curl 📃  books 📚  book 📖  open_book 📖  bookmark 🔖  label 🏷️  pushpin 📌
round_pushpin 📍  paperclip 📎  file_folder 📁  open_file_folder 📂  package 📦  inbox_tray 📥
outbox_tray 📤  email 📧  envelope ✉️  speech_balloon 💬  thought_balloon 💭  bell 🔔
no_bell 🔕  mega 📣  loudspeaker 📢  chart_with_upwards_trend 📈  chart_with_downwards_trend 📉
bar_chart 📊  computer 💻  desktop_computer 🖥️  iphone 📱  globe_with_meridians 🌐
electric_plug 🔌  satellite_antenna 📡  hospital 🏥  pill 💊  stethoscope 🩺  syringe 💉
adhesive_bandage 🩹  ambulance 🚑  sos 🆘  new 🆕  ok 🆗  free 🆓  recycle ♻️
snail 🐌  turtle 🐢  one 1️⃣  two 2️⃣  three 3️⃣  four 4️⃣  five 5️⃣  six 6️⃣  seven 7️⃣
eight 8️⃣  nine 9️⃣  keycap_ten 🔟  zero 0️⃣`;

const words = table.trim().split(/\s+/);
const glyphs = new Map(words.map((word, i) => [word, words[i + 1]]).filter((_, i) => i % 2 === 0));

// glyph returns the character of a code such as "white_check_mark", or undefined.
export function glyph(code) {
  return glyphs.get(code.replace(/::skin-tone-\d$/, ""));
}
