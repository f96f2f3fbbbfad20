// The program of Seatrial's pod images, static and of the standard library alone.
//
// In Go, because its resolver is its own (that of a static glibc crashes) and because the first process of a container
// must handle SIGTERM itself: the kernel ignores signals to it that have no handler.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const usage = "usage: pod pause | serve PORT | get ADDRESS:PORT PATH"

func main() {
	log.SetFlags(log.LstdFlags | log.Lmicroseconds)
	args := os.Args[1:]
	var err error
	switch {
	case len(args) == 1 && args[0] == "pause":
		<-terminated().Done()
	case len(args) == 2 && args[0] == "serve":
		err = serve(args[1])
	case len(args) == 3 && args[0] == "get":
		err = get(args[1], args[2])
	default:
		fmt.Fprintln(os.Stderr, usage)
		os.Exit(2)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// terminated is done when the process is asked to end.
func terminated() context.Context {
	asked, _ := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	return asked
}

// serve answers with the pod's name and the request's path until SIGTERM; requests under way are finished first.
func serve(port string) error {
	name, err := os.Hostname()
	if err != nil {
		return err
	}
	server := &http.Server{Addr: ":" + port, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		fmt.Fprintf(w, "%s %s\n", name, r.URL.RequestURI())
		log.Print(r.RemoteAddr, " ", r.Method, " ", r.URL.RequestURI())
	})}
	asked, finished := terminated(), make(chan error, 1)
	go func() {
		<-asked.Done()
		finished <- server.Shutdown(context.Background())
	}()
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		return err
	}
	return <-finished
}

// get prints the body of a response and fails unless its status is 200.
func get(address, path string) error {
	client := &http.Client{Timeout: 5 * time.Second}
	response, err := client.Get("http://" + address + path)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("status %s", response.Status)
	}
	_, err = io.Copy(os.Stdout, response.Body)
	return err
}
