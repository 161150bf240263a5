package slacksim_test

import (
	"fmt"
	"net/http"
	"net/url"

	"apierrorbot/internal/slacksim"
)

// A bot posts, Slack does what it was asked for, and the answer gets lost.
func ExampleServer_AddFault() {
	s, err := slacksim.New(slacksim.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	_, err = s.AddFault(slacksim.Fault{On: "chat.postMessage", Effect: slacksim.EffectCut, Times: 1})
	if err != nil {
		fmt.Println(err)
		return
	}

	form := url.Values{"token": {s.BotToken()}, "channel": {"api-support"}, "text": {"Slow down"}}
	_, err = http.PostForm(s.URL()+"/api/chat.postMessage", form)
	fmt.Println("the bot got an answer:", err == nil)
	fmt.Println("messages in the channel:", len(s.Messages("api-support")))
	// Output:
	// the bot got an answer: false
	// messages in the channel: 1
}
